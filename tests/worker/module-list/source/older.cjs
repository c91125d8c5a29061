module.exports = function older() {
  return "older";
};
module.exports.loads = (module.exports.loads ?? 0) + 1;
