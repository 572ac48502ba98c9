// Rows of what the store has, in columns; on a narrow screen each row is a card with its words beside each cell.

import { html } from "../ui.js";

/**
 * `columns`: [{name, title, cell: (row) => what it shows, kind: "amount", "words" or ""}]; `id` gives a row its key, `href` makes
 * its first cell a link that the whole row follows. `empty` stands where there are no rows.
 */
export function Table({ label, columns, rows, id, href, empty }) {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="table-place">
    <table class="table" aria-label=${label}>
      <thead>
        <tr>${columns.map(({ name, title, kind = "" }) => html`<th key=${name} scope="col" class=${kind}>${title}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map((row) => html`<${Row} key=${id(row)} row=${row} columns=${columns} href=${href?.(row)} />`)}
      </tbody>
    </table>
  </div>`;
}

function Row({ row, columns, href }) {
  return html`<tr class=${href ? "linked" : ""}>
    ${columns.map(
      ({ name, title, cell, kind = "" }, n) => html`<td key=${name} class=${kind} data-title=${title}>
        <div>${href && n === 0 ? html`<a class="row-link" href=${href}>${cell(row)}</a>` : cell(row)}</div>
      </td>`,
    )}
  </tr>`;
}
