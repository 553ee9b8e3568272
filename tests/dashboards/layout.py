"""What is wrong with a page as it stands in the browser: cut or overflowing text, too little contrast."""

from __future__ import annotations

from typing import Any

LOOK = """() => {
  const wrong = [];
  const wide = document.documentElement.clientWidth;
  const seen = e => { const s = getComputedStyle(e); return s.visibility !== 'hidden' && s.display !== 'none' && +s.opacity > 0; };
  const about = e => `${e.tagName.toLowerCase()}.${(e.className.baseVal ?? e.className ?? '').toString().split(' ').filter(c => !c.startsWith('st-emotion') && !c.startsWith('e1')).slice(0, 2).join('.')}`;
  const rgba = text => {
    const n = (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number), most = text.startsWith('color(') ? 255 : 1;
    return [n[0] * most, n[1] * most, n[2] * most, n.length < 4 ? 1 : n[3]];
  };
  const over = (top, under) => { const a = top[3]; return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a)).concat(1); };
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) { const c = rgba(getComputedStyle(n).backgroundColor); if (c[3] > 0) { layers.push(c); if (c[3] === 1) break; } }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const faded = e => { let a = 1; for (let n = e; n; n = n.parentElement) a *= +getComputedStyle(n).opacity; return a; };
  const scrolls = e => { for (let n = e; n && n !== document.body; n = n.parentElement) { const s = getComputedStyle(n); if (/(auto|scroll)/.test(s.overflowX) && n.scrollWidth > n.clientWidth + 1) return true; } return false; };
  if (document.documentElement.scrollWidth > wide + 1) wrong.push(`the page is ${document.documentElement.scrollWidth} px wide of ${wide}`);
  const root = document.querySelector('[data-testid=stApp]') || document.body;
  const closed = document.querySelector('[data-testid=stSidebar][aria-expanded=false]');
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const e = node.parentElement, text = node.textContent.trim();
    if (!text || ['STYLE', 'SCRIPT', 'OPTION', 'TITLE', 'NOSCRIPT'].includes(e.tagName) || e.closest('canvas') || (closed && closed.contains(e))) continue;
    if (e.closest('[data-testid=stDataFrame], [aria-hidden=true], [data-testid=stSliderTickBar], [data-testid=stSliderThumbValue], [data-testid=stFileUploader], [data-testid=stIconMaterial], .stTooltipContent')) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || !seen(e) || !e.checkVisibility()) continue;
    const said = `${about(e)} “${text.slice(0, 50)}”`;
    if ((box.right > wide + 1 || box.left < -1) && !scrolls(e)) wrong.push(`outside: ${said} ${Math.round(box.left)}–${Math.round(box.right)} of ${wide}`);
    for (let n = e; n && n !== root; n = n.parentElement) {
      const s = getComputedStyle(n);
      if (/(hidden|clip)/.test(s.overflowX) || s.textOverflow === 'ellipsis') {
        const held = n.getBoundingClientRect();
        if (held.width > 4 && (box.right > held.right + 1.5 || box.left < held.left - 1.5)) { wrong.push(`cut off: ${said} by ${Math.round(Math.max(box.right - held.right, held.left - box.left))} px`); break; }
      }
      if (/(auto|scroll)/.test(s.overflowX)) break;
    }
    const style = getComputedStyle(e), size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700;
    const ink = rgba(e instanceof SVGElement && style.fill !== 'none' ? style.fill : style.color), ground = behind(e);
    ink[3] *= faded(e);
    const [low, high] = [light(over(ink, ground)), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05), wanted = size >= 24 || (bold && size >= 18.6) ? 3 : 4.5;
    const idle = e.closest('[disabled], [aria-disabled=true]');
    if (ratio < wanted - 0.05 && !idle) wrong.push(`contrast ${ratio.toFixed(1)}: ${said}`);
  }
  for (const svg of document.querySelectorAll('.vega-embed svg')) {
    const held = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBoundingClientRect();
      if (text.textContent.trim() && +getComputedStyle(text).opacity > 0 && (box.left < held.left - 2 || box.right > held.right + 2 || box.top < held.top - 2 || box.bottom > held.bottom + 2))
        wrong.push(`cut off in a plot: “${text.textContent.slice(0, 40)}”`);
    }
  }
  return [...new Set(wrong)];
}"""


def faults(page: Any) -> list[str]:
    """What a person would stumble over, each once."""
    found: list[str] = page.evaluate(LOOK)
    return found
