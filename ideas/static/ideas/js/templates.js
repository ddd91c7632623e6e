// Live rows are drawn from the same markup as the server's: a Django partial inside a `<template>`.
import { refreshTimes } from "./times.js";

const read = (data, path) => path.split(".").reduce((value, name) => value?.[name], data);
const text = (value) => (value === null || value === undefined ? "" : String(value));
const interpolate = (pattern, data) => pattern.replace(/\{([\w.]+)\}/g, (_, path) => text(read(data, path)));
// Only the web, mail and this page: an address is data too.
const address = (value) => (/^(https?:|mailto:|[/?#])/i.test(value) ? value : "#");

function each(root, name, act) {
  if (root.nodeType === Node.ELEMENT_NODE && root.hasAttribute(name)) act(root, root.getAttribute(name));
  for (const element of root.querySelectorAll(`[${name}]`)) act(element, element.getAttribute(name));
}

/**
 * Write `data` into `root`: data-text, data-html (already cleaned by the server), data-href, data-datetime, data-show,
 * data-hide take the path of a field ("author.name"); data-set-NAME takes a pattern ("comment-{id}"). Returns `root`.
 */
export function write(root, data) {
  each(root, "data-text", (element, path) => (element.textContent = text(read(data, path))));
  each(root, "data-html", (element, path) => (element.innerHTML = text(read(data, path))));
  each(root, "data-href", (element, path) => element.setAttribute("href", address(text(read(data, path)))));
  each(root, "data-datetime", (element, path) => element.setAttribute("datetime", text(read(data, path))));
  each(root, "data-show", (element, path) => (element.hidden = !read(data, path)));
  each(root, "data-hide", (element, path) => (element.hidden = Boolean(read(data, path))));
  for (const element of [root, ...root.querySelectorAll("*")]) {
    for (const { name, value } of [...(element.attributes ?? [])]) {
      if (!name.startsWith("data-set-")) continue;
      const target = name.slice("data-set-".length);
      const result = interpolate(value, data);
      if (target.startsWith("on") || target === "style" || target === "srcdoc") continue;
      element.setAttribute(target, target === "href" || target === "action" ? address(result) : result);
    }
  }
  refreshTimes(root);
  return root;
}

/** A new element from `template` (or its id), filled with `data`. */
export function fill(template, data) {
  const source = typeof template === "string" ? document.getElementById(template) : template;
  const element = source.content.firstElementChild.cloneNode(true);
  return write(element, data);
}
