// The page's language and the few sentences that scripts say; the server wrote them in `<template data-words>`.
const source = document.querySelector("[data-words]");

export const language = document.documentElement.lang || "it";
export const word = (name) => source?.dataset[name] ?? "";
