const older = require("older");

exports.name = "old";
exports.older = older;
exports.file = typeof module.exports;
exports.here = [__filename, __dirname];
