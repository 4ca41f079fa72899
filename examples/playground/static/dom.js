// Elements are made here and nowhere else: text is always text, never markup.

// element returns an element with properties (those with a hyphen, and role, are
// attributes; on… are listeners; null and undefined are left out) and children.
export function element(name, properties = {}, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) e.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role" || key === "for" || key === "scope") e.setAttribute(key, value);
    else e[key] = value;
  }
  e.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return e;
}

// svg returns an element of a drawing with attributes and children.
export function svg(name, attributes = {}, ...children) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

export const byId = (id) => document.getElementById(id);

// options fills a select, and keeps the chosen option if it is still there.
export function options(select, list) {
  const before = select.value;
  select.replaceChildren(...list.map(({ value, text }) => element("option", { value }, text)));
  if (list.some(({ value }) => value === before)) select.value = before;
}

// copier returns a button that copies a text, and says when it did.
export function copier(label, text) {
  const button = element("button", {
    type: "button",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
        button.textContent = "Copied";
      } catch {
        button.textContent = "The browser doesn't allow copying. Select the text.";
      }
      setTimeout(() => (button.textContent = label), 2000);
    },
  }, label);
  return button;
}
