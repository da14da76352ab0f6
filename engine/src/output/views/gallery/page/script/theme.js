// The theme: that of the system until somebody switches it.

const isDark = () => (document.documentElement.dataset.theme
  || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

function showTheme() {
  byId('theme').textContent = isDark() ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', isDark() ? 'Switch to light' : 'Switch to dark');
}

/** Browsers may refuse to keep anything for pages from disk. */
function keptTheme(chosen) {
  try {
    if (chosen) localStorage.setItem('afterimage-theme', chosen);
    return localStorage.getItem('afterimage-theme');
  } catch {
    return undefined;
  }
}

const kept = keptTheme();
if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept;
byId('theme').addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  keptTheme(document.documentElement.dataset.theme);
  showTheme();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
showTheme();
