export default "two" as const;
