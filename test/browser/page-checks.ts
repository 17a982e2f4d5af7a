/** What is looked at in a page, as it runs there: expressions, since the page's own names are not known here. */

/** Elements that are wider than their box, or reach beyond the page. What scrolls by itself may; on paper nothing scrolls. */
export const OVERFLOWING = `(function(width) {
  const name = (element) =>
    \`\${element.tagName.toLowerCase()} "\${(element.textContent ?? '').trim().slice(0, 30)}"\`;
  const scrolls = (element) => getComputedStyle(element).overflowX === 'auto';
  return [...document.body.querySelectorAll('*')].flatMap((element) => {
    if (element.closest('script') !== null) return [];
    const isInside = element.closest('.scroll');
    if (isInside !== null && isInside !== element && scrolls(isInside)) return [];
    const { right, left, width: own } = element.getBoundingClientRect();
    // Texts of a drawing are as wide as they are, and grow with it.
    const isWide =
      element.tagName !== 'text' &&
      element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && !scrolls(element);
    return own > 0 && (isWide || right > width + 1 || left < -1) ? [name(element)] : [];
  });
})`;

/** Canvases that leave their figure, and figures and sections that reach into what follows. */
export const OVERLAPPING = `(function() {
  const box = (element) => element.getBoundingClientRect();
  const leaving = [...document.querySelectorAll('canvas')].filter((canvas) => {
    const figure = canvas.closest('figure');
    return (
      figure === null ||
      box(canvas).bottom > box(figure).bottom + 1 ||
      box(canvas).right > box(figure).right + 1
    );
  });
  const blocks = [...document.querySelectorAll('.numbers, .charts, section')];
  const reaching = blocks.filter((block, i) => {
    const next = blocks[i + 1];
    return next !== undefined && box(block).bottom > box(next).top + 1;
  });
  return [...leaving, ...reaching].map(
    ({ tagName, id, className }) => \`\${tagName} \${id} \${String(className)}\`,
  );
})`;

/** Texts whose contrast is less than 4.5 to 1. */
export const FAINT = `(function() {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).slice(0, 3).map(Number);
  const luminance = (colour) => {
    const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = luminance(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('h1, h2, h3, dt, dd, th, td, li, p, figcaption, svg text')].flatMap((element) => {
    const { color, fill } = getComputedStyle(element);
    const text = luminance(element.tagName === 'text' ? fill : color);
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    return contrast < 4.5 ? [\`\${element.tagName} \${contrast.toFixed(1)}\`] : [];
  });
})`;
