export const late: string = await Promise.resolve("late");
