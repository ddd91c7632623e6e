// The page's language and the few sentences that scripts say; the server wrote them in `<template data-words>`.
const source = document.querySelector("[data-words]");

const written = document.documentElement.lang || "it";
// English dates as the server writes them: day before month, hours to twenty-four.
export const language = written === "en" ? "en-GB" : written;
export const word = (name) => source?.dataset[name] ?? "";
