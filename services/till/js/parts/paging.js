// A long list page by page: each page names the next one.

import { t } from "../strings.js";
import { html, useEffect, useRef, useState } from "../ui.js";
import { Button } from "./button.js";

/**
 * The page that one is on: `{page, problem, again, turns}`. `load(cursor)` gives {items, next}; another `key` begins anew, `again`
 * looks at the same page once more. An answer that a later question has overtaken changes nothing.
 */
export function usePages(load, key) {
  const [cursors, setCursors] = useState([null]);
  const [page, setPage] = useState(null);
  const [problem, setProblem] = useState(null);
  const asked = useRef(0);
  const look = async (at) => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const found = await load(at.at(-1));
      if (mine !== asked.current) return;
      setPage(found);
      setProblem(null);
    } catch (refused) {
      if (mine === asked.current) setProblem(refused);
    }
  };
  const turn = (to) => {
    setCursors(to);
    return look(to);
  };
  useEffect(() => {
    turn([null]);
  }, [key]);
  const newer = cursors.length > 1 ? () => turn(cursors.slice(0, -1)) : null;
  const older = page?.next ? () => turn([...cursors, page.next]) : null;
  return { page, problem, again: () => look(cursors), turns: { newer, older } };
}

export function Pages({ newer, older }) {
  if (!newer && !older) return null;
  return html`<nav class="row pages" aria-label=${t.common.pages}>
    <${Button} icon="back" act=${newer} why=${newer ? undefined : t.common.noNewer}>${t.common.newer}<//>
    <${Button} act=${older} why=${older ? undefined : t.common.noOlder}>${t.common.older}<//>
  </nav>`;
}
