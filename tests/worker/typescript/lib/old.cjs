exports.name = "old";
exports.assert = require("assert");
exports.text = require("../parts/note.txt");
