// How long anything may take, in milliseconds: longer for what runs beside other tests, with what they leave of the
// machine. No longer than it must be, since a test that fails in its file's time is told by its name.

const { DOWNSCOPE_PATIENCE: given = '20000' } = process.env;

export const PATIENCE = Number(given);
