const kept = { answer: 42 };
export = kept;
