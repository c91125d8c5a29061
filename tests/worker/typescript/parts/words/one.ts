export default "one" as const;
