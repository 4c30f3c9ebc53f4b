// Without fonts of its own: those of the system are there already.

import DefaultTheme from 'vitepress/theme-without-fonts';

import './style.css';

export default DefaultTheme;
