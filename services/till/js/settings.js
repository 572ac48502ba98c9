// Settings → Network Connectivity.

import { download, get, post, put } from "./api.js";
import { button, field, form, h, show, table, toast } from "./dom.js";
import * as folder from "./folder.js";
import { moment, money } from "./format.js";

const EXPORT = "/api/sessions/exports/offline-sessions";
const STATUSES = { "": "All", success: "Success", failed: "Failed", in_progress: "In progress" };

let parts = {};

export async function open(page, who) {
  const sheet = () => h("section", { className: "sheet stack" });
  parts = { lights: sheet(), mode: sheet(), data: sheet(), sync: sheet(), storage: sheet(), sessions: sheet() };
  show(page, h("h1", {}, "Settings → Network Connectivity"), ...Object.values(parts));
  await Promise.all([lights(), mode(who), data(), sync(), storage(who), sessions(who)]);
  parts.who = who;
}

export function heard(note) {
  if (!parts.mode?.isConnected || !parts.who) return;
  const all = note.what === "everything";
  if (all || note.what === "mode") Promise.all([lights(), mode(parts.who)]);
  if (all || note.what === "sync" || note.what === "orders") sync();
  if (all || note.what === "storage") storage(parts.who);
  if (all || note.what === "catalog") data();
  if (all || note.what === "sessions") parts.reload?.();
}

async function lights() {
  const { items } = await get("/api/sessions/lights");
  const rows = items.map((light) =>
    h("p", {}, h("span", { className: `light ${light.colour}` }, light.text), " ", h("span", { className: "faint" }, light.what_to_do)),
  );
  show(parts.lights, ...rows);
}

async function mode(who) {
  const stands = await get("/api/sessions/mode");
  const may = who.role === "manager" || who.permissions.includes("offline_mode");
  const reason = field("Reason", {});
  const manager = field("Manager's staff code and PIN, where data are too old (code PIN)", { type: "password" });
  const turn = async () => {
    const body = { on: !stands.wish };
    if (body.on) body.reason = reason.input.value.trim() || null;
    if (body.on && manager.input.value) body.manager_token = await managerToken(manager.input.value);
    const { taken } = await put("/api/sessions/mode", body);
    if (!taken) toast("The mode is changing: the tills follow in a moment.");
    await mode(who);
  };
  const missing = stands.missing.length ? `Missing: ${stands.missing.join(", ")}.` : "";
  const warnings = stands.warnings.length ? `Look at: ${stands.warnings.join(", ").replaceAll("_", " ")}.` : "";
  show(
    parts.mode,
    h("h2", {}, `Offline Mode: ${stands.wish ? "on" : stands.mode === "offline" ? "on by itself" : "off"}`),
    missing && h("p", { className: "error" }, missing),
    warnings && h("p", { className: "faint" }, warnings),
    form(
      [!stands.wish && reason.element, !stands.wish && warnings.includes("old") && manager.element].concat(
        h("button", { className: "main", disabled: !may }, stands.wish ? "Turn Offline Mode off" : "Turn Offline Mode on"),
      ),
      turn,
    ),
    !may && h("p", { className: "faint" }, "Ask a manager to turn it on or off."),
  );
}

async function managerToken(words) {
  const [staff_code, pin] = words.trim().split(/\s+/);
  return (await post("/api/sessions/sign-in", { staff_code, pin }, { bearer: null })).token;
}

async function data() {
  const { datasets } = await get("/api/catalog/data-sync");
  const progress = (set) => (set.state === "syncing" ? `${set.done} of ${set.total}` : set.state);
  show(
    parts.data,
    h("h2", {}, "Data sync"),
    table(
      [["Data"], ["State"], ["Records", "money"], ["Synced"], ["Freshness"], ["Error"]],
      datasets.map((set) => [
        set.dataset,
        progress(set),
        set.count,
        moment(set.synced_at),
        set.freshness.replace("_", " "),
        set.error?.reason ?? "",
      ]),
    ),
  );
}

async function sync() {
  const { backlog, auto_sync: auto } = await get("/api/sync/status");
  const held = Object.entries(backlog.money_minor).map(([code, amount]) => `${code} ${money(amount)}`);
  const toggle = async () => {
    await put("/api/sync/auto-sync", { on: !auto.on });
    await sync();
  };
  const now = async () => {
    const { orders } = await post("/api/sync/now");
    toast(`${orders} orders are on their way.`);
    await sync();
  };
  show(
    parts.sync,
    h("h2", {}, "Order sync"),
    h("p", {}, waits(backlog)),
    backlog.oldest_at && h("p", { className: "faint" }, `The oldest since ${moment(backlog.oldest_at)}.`),
    held.length > 0 && h("p", { className: "faint" }, `Money waiting: ${held.join(", ")}`),
    h("div", { className: "row" }, button(`Auto-Sync is ${auto.on ? "on" : "off"}`, toggle), button("Sync now", now)),
  );
}

function waits(backlog) {
  if (backlog.nothing_waits) return "Nothing waits.";
  const others = Object.values(backlog.others).reduce((sum, count) => sum + count, 0);
  return `Orders: ${backlog.waiting} wait, ${backlog.pending} need a person. Other news to head office: ${others}.`;
}

async function storage(who) {
  const { edge } = await get("/api/sessions/storage-grant");
  const mine = await folder.granted();
  const path = field("Folder on the edge server", { value: edge?.folder ?? "" });
  const grant = async () => {
    await put("/api/sessions/storage-grant", { folder: path.input.value.trim() });
    await storage(who);
  };
  const grantHere = async () => {
    await folder.grant();
    await storage(who);
  };
  const here = mine ? "This till keeps its own copy of each sale." : "This till has no folder: it cannot sell while offline.";
  show(
    parts.storage,
    h("h2", {}, "Storage"),
    h("p", {}, edge ? (edge.problem ?? `Offline data are kept in ${edge.folder}.`) : "No folder on the edge server yet."),
    who.role === "manager" && form([path.element, h("button", {}, "Grant this folder")], grant),
    folder.supported() ? h("p", {}, here) : h("p", { className: "error" }, folder.unsupportedText()),
    folder.supported() && who.till_id && !mine && button("Grant a folder on this till", grantHere),
  );
}

async function sessions(who) {
  const from = field("From", { type: "date" });
  const to = field("To", { type: "date" });
  const status = h("select", {}, Object.entries(STATUSES).map(([value, text]) => h("option", { value }, text)));
  const list = h("div", { className: "stack" });
  const filters = () => ({ from: from.input.value, to: to.input.value, status: status.value });
  const load = async (cursor = null) => {
    const page = await get("/api/sessions/offline-sessions", { ...filters(), cursor });
    const older = page.cursor && button("Older", () => load(page.cursor));
    show(list, table([["Session"], ["Status"], ["Start"], ["End"], ["By"], ["Orders", "money"]], page.items.map(row)), older);
  };
  const save = (suffix) => {
    const given = Object.entries(filters()).filter(([, value]) => value);
    return download(`${EXPORT}.${suffix}?${new URLSearchParams(given)}`, `offline-sessions.${suffix}`);
  };
  show(
    parts.sessions,
    h("h2", {}, "All Offline Sessions"),
    h("div", { className: "row" }, from.element, to.element, h("label", { className: "stack" }, "Status", status)),
    h(
      "div",
      { className: "row" },
      button("Filter", () => load()),
      who.role === "manager" && button("Export CSV", () => save("csv")),
      who.role === "manager" && button("Export XLSX", () => save("xlsx")),
    ),
    list,
  );
  parts.reload = load;
  await load();
}

function row(session) {
  const by = [session.started_by ?? "system", ...session.takeovers.map((t) => t.by ?? "system")].join(" → ");
  const name = h("span", { title: session.session_id }, session.session_id.slice(-12));
  return [name, session.label, moment(session.started_at), moment(session.ended_at), by, session.orders];
}
