// A classic script in the head, so that the page is not first drawn in the other theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');

  // Storage can be forbidden; the choice then lasts until the next reload.
  const storage = {
    read() {
      try {
        return localStorage.getItem('theme');
      } catch {
        return null;
      }
    },
    write(theme) {
      try {
        localStorage.setItem('theme', theme);
      } catch {}
    },
  };

  const isDark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';

  const stored = storage.read();
  if (stored === 'dark' || stored === 'light') root.dataset.theme = stored;

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.querySelector('#theme');
    const reflect = () => button.setAttribute('aria-pressed', String(isDark()));
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      storage.write(root.dataset.theme);
      reflect();
    });
    system.addEventListener('change', reflect);
    reflect();
  });
})();
