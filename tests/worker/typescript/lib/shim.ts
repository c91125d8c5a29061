export const shim: string = "shimmed";
