// Finding an article: by its barcode, by words as they are typed, by category.

import { get } from "../api.js";
import { useNews } from "../live.js";
import { Icon } from "../parts/icons.js";
import { say } from "../parts/toast.js";
import { listenForScans } from "../scanner.js";
import { t } from "../strings.js";
import { html, useEffect, useFocus, useLayoutEffect, useRef, useState } from "../ui.js";
import { addCode, scanned } from "./adding.js";
import { Products } from "./products.js";

const TYPED_MS = 40;
const PAGE = 24;
const MOST = 100;

export function Finder() {
  const [words, setWords] = useState("");
  const [category, setCategory] = useState(null);
  const found = useFound(words, category);
  const field = useFocus();

  useLayoutEffect(() => listenForScans(scanned), []);
  useEffect(() => {
    const focus = (event) => {
      if (event.key !== "F2") return;
      event.preventDefault();
      field.current.focus();
      field.current.select();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  const enter = async (event) => {
    event.preventDefault();
    if (words.trim() && (await addCode(words.trim(), { quiet: true }))) setWords("");
  };
  return html`<section class="finder" aria-label=${t.sell.find}>
    <h1 class="hidden">${t.shell.pages.sell}</h1>
    <form class="search" role="search" onSubmit=${enter}>
      <${Icon} name="search" />
      <input
        ref=${field}
        type="search"
        aria-label=${t.sell.searchLabel}
        placeholder=${t.sell.searchHint}
        autocomplete="off"
        value=${words}
        onInput=${(event) => setWords(event.currentTarget.value)}
      />
      <kbd>F2</kbd>
    </form>
    <${Categories} chosen=${category} choose=${setCategory} />
    <${Products} ...${found} />
  </section>`;
}

function Categories({ chosen, choose }) {
  const [items, setItems] = useState([]);
  useNews(["catalog"], () => get("/api/catalog/categories").then((page) => setItems(page.items), () => null));
  const chip = (name, text) => html`<button type="button" key=${text} class="button filter" aria-pressed=${chosen === name} onClick=${() => choose(name)}>
    ${text}
  </button>`;
  return html`<div class="categories" role="group" aria-label=${t.sell.categories}>
    ${chip(null, t.sell.allCategories)}${items.map(({ category }) => chip(category, category))}
  </div>`;
}

/** What is found for words and category: the first page at once, others on demand. */
function useFound(words, category) {
  const [state, setState] = useState({ items: [], cursor: null, problem: null, loaded: false });
  const search = useRef(null);

  const load = async (cursor = null, limit = PAGE) => {
    search.current?.abort();
    search.current = new AbortController();
    const { signal } = search.current;
    try {
      const page = await get("/api/catalog/products", { q: words.trim(), category, cursor, limit }, { signal });
      setState((old) => ({ items: cursor ? [...old.items, ...page.items] : page.items, cursor: page.cursor, problem: null, loaded: true }));
    } catch (problem) {
      if (!signal.aborted) setState((old) => ({ ...old, problem, loaded: true }));
    }
  };
  // what was asked for by «Show more» stays in sight
  const again = useRef(null);
  again.current = () => load(null, Math.min(Math.max(state.items.length, PAGE), MOST));
  useEffect(() => {
    const timer = setTimeout(load, words ? TYPED_MS : 0);
    return () => clearTimeout(timer);
  }, [words, category]);
  useNews(["catalog", "orders"], () => again.current());
  return { ...state, more: () => load(state.cursor).catch((problem) => say(problem.message)), again: () => load() };
}
