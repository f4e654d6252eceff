// Closes a connection in an app that does not import closespan, as CommonJS. Started by packed.test.ts.
const { closeOnce } = require('./close-once.cjs');

closeOnce(require('ws'));
