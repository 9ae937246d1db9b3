// A table that is wider than the page scrolls; this makes it scroll by the keyboard too.
for (const table of document.querySelectorAll('table')) {
  new ResizeObserver(() => {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0
    else table.removeAttribute('tabindex')
  }).observe(table)
}
