// The app lies below the packages of this project and not beside them.
export default { turbopack: { root: new URL('../..', import.meta.url).pathname } };
