/* The making of elements. Texts of titles are untrusted: they go in as text alone, and nothing here takes HTML. */
"use strict";

/** An element: h("p", {class: "note", onclick: f}, "text", other elements …). */
cine.h = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
};

/** Do something once what was changed until now is on the screen. */
cine.afterPaint = (act) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act, 0)));
