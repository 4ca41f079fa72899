import { call } from "./api.js";
import { byId, element } from "./dom.js";
import { tabs } from "./tabs.js";
import { explained } from "./terms.js";
import * as views from "./views.js";

// The policy is a text, JSON, which the form reads and writes. It is in force as soon
// as it is valid.

const pause = 150; // milliseconds without typing, before the program is called

let state; // from the program, at the start
let changed; // called with the text when a policy is in force, and without when it is refused
let selected = 0; // the Config in the form
let timer;
let checks = 0;
const rows = new Map(); // by the name of a field: its control and its problems
const presets = new Map(); // by its policy: the button of a preset
const past = []; // policies before the last changes by a button, and what those did

const text = byId("policy-text");
const showEditor = tabs([...byId("editors").children]);

export function start(initial, policy, onChange) {
  state = initial;
  changed = onChange;
  for (const { title, why, policy } of state.presets) {
    const button = element("button", { type: "button", title: why, onclick: () => replace(policy, `Started from ${title}.`) }, title);
    presets.set(policy, button);
    byId("presets").append(element("li", {}, button));
  }
  drawFields();
  text.addEventListener("input", () => {
    forget();
    edited();
  });
  byId("config").addEventListener("change", (event) => {
    selected = Number(event.target.value);
    fill();
    check();
  });
  byId("config-add").addEventListener("click", () => {
    const list = parsed();
    if (!list) return;
    list.push({ paths: ["/public/"], allowOrigins: ["*"] });
    selected = list.length - 1;
    write(list, `Added Config ${selected}.`);
  });
  byId("config-remove").addEventListener("click", () => {
    const list = parsed();
    if (!list || list.length < 2) return;
    const removed = selected;
    list.splice(removed, 1);
    selected = 0;
    write(list, `Removed Config ${removed}.`);
  });
  byId("undo").querySelector("button").addEventListener("click", undo);
  addEventListener("keydown", (event) => {
    const isTyped = event.target.closest("textarea, select, dialog, input:not([type=checkbox])");
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyped || past.length === 0) return;
    event.preventDefault();
    undo();
  });
  text.value = policy;
  edited(0);
}

// documentationOf returns the address of the documentation of package cors.
export const documentationOf = ({ module }) => `https://pkg.go.dev/${module}/core`;

// current returns the policy, valid or not.
export const current = () => text.value;

// replace replaces the policy, which can be undone.
export function replace(policy, what) {
  selected = 0;
  update(policy, what);
}

function update(policy, what) {
  past.push({ policy: text.value, what });
  text.value = policy;
  drawUndo();
  edited(0);
}

function undo() {
  text.value = past.pop().policy;
  drawUndo();
  edited(0);
}

// forget makes the changes by buttons permanent, because somebody types.
function forget() {
  past.length = 0;
  drawUndo();
}

function drawUndo() {
  const [said, button] = byId("undo").children;
  said.textContent = past.at(-1)?.what ?? "";
  button.title = said.textContent;
  button.hidden = past.length === 0;
}

// apply makes a change that the engine proposes.
export function apply({ config, field, add, defaults }) {
  const list = parsed();
  const { name } = state.fields.find((f) => f.go === field) ?? {};
  if (!list || !list[config] || !name) return;
  list[config][name] = add ? [...(list[config][name] ?? defaults ?? []), add] : true;
  selected = config;
  write(list, add ? `Added ${add} to ${field}.` : `Turned on ${field}.`);
}

// show brings a field into view.
export function show(name) {
  const control = byId(`field-${name}`);
  if (!control) return;
  views.show("policy");
  showEditor(byId("tab-fields"));
  control.closest("details")?.setAttribute("open", "");
  control.focus();
}

// parsed returns the Configs, or nothing if the text isn't JSON of Configs.
function parsed() {
  try {
    const value = JSON.parse(text.value);
    const list = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every((c) => c && typeof c === "object" && !Array.isArray(c)) ? list : undefined;
  } catch {
    return undefined;
  }
}

function write(list, what) {
  update(format(list), what);
}

const format = (list) => JSON.stringify(list.length === 1 ? list[0] : list, null, 2) + "\n";

// edited follows a change of the text.
function edited(wait = pause) {
  fill();
  if (!parsed()) changed();
  clearTimeout(timer);
  timer = setTimeout(check, wait);
}

// check puts the policy in force if it is valid.
async function check() {
  clearTimeout(timer);
  const number = ++checks;
  const policy = text.value;
  let response;
  try {
    response = await call("/api/policy", { policy }, [200, 422]);
  } catch (error) {
    response = { ok: false, problems: [{ config: 0, field: "", entry: -1, message: error.message, line: 0 }] };
  }
  if (number !== checks) return; // a later check is under way
  drawProblems(response.problems ?? []);
  const risk = response.problems?.some((p) => p.risk);
  byId("policy-state").className = response.ok ? "good" : "bad";
  byId("policy-state").textContent = response.ok ? "✓ This policy is in force."
    : `✕ Refused${risk ? " because it is dangerous" : ""}. The last valid policy stays in force.`;
  for (const [preset, button] of presets) button.setAttribute("aria-pressed", String(preset === policy));
  changed(response.ok ? policy : undefined);
}

function drawFields() {
  const common = 7; // fields that most policies need; the others are folded away
  const draw = (field) => {
    const id = `field-${field.name}`;
    const about = `${id}-help ${id}-problems`;
    const edit = (value) => {
      const list = parsed();
      if (!list) return;
      if (value === undefined) delete list[selected][field.name];
      else list[selected][field.name] = value;
      text.value = format(list);
      forget();
      clearTimeout(timer);
      timer = setTimeout(check, field.kind === "bool" ? 0 : pause);
    };
    let control;
    if (field.name === "acceptRisks") {
      control = element("div", { id, tabIndex: -1, role: "group", "aria-label": field.go }, state.risks.map((risk) => element("label", { className: "check" },
        element("input", { type: "checkbox", value: risk.id, onchange: () => {
          const chosen = [...control.querySelectorAll("input:checked")].map((box) => box.value);
          edit(chosen.length > 0 ? chosen : undefined);
        } }), ` ${risk.text} `, element("code", {}, risk.id))));
    } else if (field.kind === "bool") {
      control = element("input", { id, type: "checkbox", "aria-describedby": about, onchange: () => edit(control.checked || undefined) });
    } else if (field.kind === "number") {
      control = element("input", { id, type: "number", placeholder: field.hint, "aria-describedby": about,
        oninput: () => edit(control.value === "" || control.value === "0" ? undefined : Number(control.value)) });
    } else {
      control = element("textarea", { id, className: "code", rows: 1, spellcheck: false, placeholder: field.hint, "aria-describedby": about,
        oninput: () => {
          grow(control);
          const lines = control.value.split("\n").map((line) => line.trim()).filter(Boolean);
          edit(lines.length > 0 ? lines : undefined);
        } });
    }
    const problems = element("ul", { id: `${id}-problems`, className: "problems" });
    rows.set(field.name, { field, control, problems });
    const label = element("label", { for: id }, field.go, field.kind === "list" && field.name !== "acceptRisks" ? element("span", { className: "aside" }, " one per line") : null);
    const documentation = element("a", { className: "documentation", href: `${documentationOf(state)}#Config.${field.go}`, target: "_blank", rel: "noreferrer", "aria-label": `Documentation of ${field.go}` }, "docs");
    return element("div", { className: "field" },
      element("div", { className: "head" },
        field.kind === "bool" ? element("div", { className: "check" }, control, " ", label)
          : field.name === "acceptRisks" ? element("p", { className: "label" }, field.go) : label,
        documentation),
      element("p", { id: `${id}-help`, className: "help" }, explained(field.help)),
      field.kind === "bool" ? null : control, problems);
  };
  byId("fields").append(...state.fields.slice(0, common).map(draw),
    element("details", {}, element("summary", {}, "More fields"), state.fields.slice(common).map(draw)));
}

// grow makes a field as high as its text.
function grow(control) {
  control.rows = control.value.split("\n").length;
}

// fill shows the selected Config in the form, except in the field that somebody types
// into.
function fill() {
  const list = parsed();
  byId("fields").disabled = !list;
  byId("form-note").textContent = list ? "" : "The JSON can't be read. Fix it first, or start from one of the policies above.";
  if (!list) return;
  selected = Math.min(selected, list.length - 1);
  byId("config").replaceChildren(...list.map((c, i) => element("option", { value: i, selected: i === selected }, `${i}: ${(c.paths ?? c.pathRegexps ?? ["every path"]).toString()}`)));
  byId("config-remove").disabled = list.length < 2;
  for (const { field, control } of rows.values()) {
    const value = list[selected][field.name];
    if (field.name === "acceptRisks") {
      for (const box of control.querySelectorAll("input")) box.checked = Array.isArray(value) && value.includes(box.value);
    } else if (control === document.activeElement) {
      continue;
    } else if (field.kind === "bool") {
      control.checked = value === true;
    } else if (field.kind === "number") {
      control.value = typeof value === "number" ? value : "";
    } else {
      control.value = Array.isArray(value) ? value.join("\n") : "";
      grow(control);
    }
  }
}

// drawProblems shows problems beside their fields and with their lines of the JSON.
function drawProblems(problems) {
  for (const { control, problems: list } of rows.values()) {
    list.replaceChildren();
    control.removeAttribute("aria-invalid");
  }
  for (const p of problems) {
    const row = rows.get(p.field);
    if (!row || p.config !== selected) continue;
    row.control.setAttribute("aria-invalid", "true");
    row.control.closest("details")?.setAttribute("open", "");
    row.problems.append(element("li", {}, p.value ? [element("code", {}, p.value), " "] : null, p.message, p.risk ? accept(p) : null));
  }
  byId("policy-problems").replaceChildren(...problems.map((p) => element("li", {},
    p.line ? element("button", { type: "button", onclick: () => select(p.line, p.column) }, `Line ${p.line}`) : null,
    ` ${p.field ? `${p.field}: ` : ""}${p.value ? `${p.value} ` : ""}${p.message}`)));
  text.toggleAttribute("aria-invalid", problems.length > 0);
}

// accept returns a box to tick for a risk that is taken knowingly.
function accept({ config, risk }) {
  const { text: what } = state.risks.find((r) => r.id === risk) ?? {};
  return element("label", { className: "check" }, element("input", { type: "checkbox", onchange: () => {
    const list = parsed();
    if (!list) return;
    list[config].acceptRisks = [...(list[config].acceptRisks ?? []), risk];
    write(list, `Accepted the risk ${risk}.`);
  } }), ` I accept this: ${what}`);
}

// select selects the rest of a line, from a column in bytes.
function select(line, column) {
  const lines = text.value.split("\n");
  const bytes = new TextEncoder().encode(lines[line - 1] ?? "");
  const before = new TextDecoder().decode(bytes.slice(0, column - 1)).length;
  const start = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
  showEditor(byId("tab-text"));
  text.focus();
  text.setSelectionRange(start + before, start + (lines[line - 1] ?? "").length);
}
