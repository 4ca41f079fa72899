import { element } from "./dom.js";

// The words that a newcomer may not know are buttons, which open an explanation.

const terms = {
  preflight: "A preflight is an OPTIONS request that the browser sends first, to find out whether the server allows the request itself. Requests that a plain form could make need none.",
  safelisted: "Methods and headers that a plain form could send are safelisted: they need no permission. The methods are GET, HEAD and POST. The headers are few, such as Accept and, for forms and plain text, Content-Type.",
  exposed: "Scripts of other origins can read only a few response headers, such as Content-Type. They can read the others only if the server exposes them.",
};

const words = /\b(preflight|safelisted|exposed)(s?)\b/i; // what split returns besides: the term, and its plural

// explained returns a text whose terms are buttons.
export function explained(text) {
  const parts = text.split(words);
  const result = [parts[0]];
  for (let i = 1; i < parts.length; i += 3) {
    const popover = explanation(parts[i].toLowerCase());
    const button = element("button", { type: "button", className: "term", "aria-describedby": popover.id }, parts[i] + parts[i + 1]);
    button.popoverTargetElement = popover;
    button.addEventListener("click", () => (asked = button));
    result.push(button, parts[i + 2]);
  }
  return result;
}

let asked; // the button that was pressed last

// explanation returns the popover of a term.
function explanation(term) {
  const id = `term-${term}`;
  const made = document.getElementById(id);
  if (made) return made;
  const popover = element("p", { id, popover: "auto", className: "explanation" }, terms[term]);
  popover.addEventListener("toggle", ({ newState }) => {
    if (newState !== "open") return;
    const { left, bottom, top } = asked.getBoundingClientRect();
    const { width, height } = popover.getBoundingClientRect();
    popover.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
    popover.style.top = `${bottom + height + 12 > innerHeight ? top - height - 4 : bottom + 4}px`;
  });
  document.body.append(popover);
  return popover;
}
