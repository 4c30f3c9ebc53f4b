import { BoxClient } from 'box-node-sdk';

/** @param {import('downscope/box').BoxTokens} box */
export const boxClientWith = (box) => new BoxClient({ auth: box.authentication('folder_0') });
