const { closeOnce } = require('./close-once.cjs');

// An app that knows nothing of us.
closeOnce(require('ws'));
