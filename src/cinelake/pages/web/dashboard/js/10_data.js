/* The pack: from base64 to typed arrays. A column is as long as there are titles; a list column has its starts and its items. */
"use strict";
globalThis.cine = globalThis.cine || {};

cine.data = (() => {
  const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array };

  const bytesOf = (base64) => {
    const clean = base64.trim();
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(clean);
    const binary = atob(clean);
    const bytes = new Uint8Array(binary.length);
    for (let n = 0; n < binary.length; n++) bytes[n] = binary.charCodeAt(n);
    return bytes;
  };

  const inflated = async (bytes) => {
    if (!bytes.length) return new ArrayBuffer(0);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).arrayBuffer();
  };

  /** A list column: the items of row r are items[start[r]] up to items[start[r + 1]]. */
  const listOf = (buffer, at, column, titles) => {
    const counts = new Uint8Array(buffer, at, titles);
    const start = new Uint32Array(titles + 1);
    for (let r = 0; r < titles; r++) start[r + 1] = start[r] + counts[r];
    const Kind = KINDS[`u${column.type.slice(4)}`];
    const from = at + titles;
    const aligned = buffer.slice(from, from + start[titles] * Kind.BYTES_PER_ELEMENT); // counts may end anywhere
    return { start, items: new Kind(aligned) };
  };

  const decodeColumns = (head, buffer) => {
    const columns = {};
    let at = 0;
    for (const column of head.columns) {
      at = Math.ceil(at / 8) * 8;
      if (column.type === "text") {
        const text = new TextDecoder().decode(new Uint8Array(buffer, at, column.bytes));
        columns[column.name] = head.titles ? text.split("\u0000") : [];
      } else if (column.type.startsWith("list")) {
        columns[column.name] = listOf(buffer, at, column, head.titles);
      } else {
        const Kind = KINDS[column.type];
        columns[column.name] = new Kind(buffer, at, column.bytes / Kind.BYTES_PER_ELEMENT);
      }
      at += column.bytes;
    }
    return columns;
  };

  /** The titles: {n, head, <column>…, isWeighted}. */
  const readTitles = async (head, base64) => {
    const columns = decodeColumns(head, await inflated(bytesOf(base64)));
    return { n: head.titles, head, dims: head.dims, isWeighted: Boolean(head.sample), ...columns };
  };

  return { readTitles };
})();
