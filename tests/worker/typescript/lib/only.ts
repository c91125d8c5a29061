export default "by its path alone";
