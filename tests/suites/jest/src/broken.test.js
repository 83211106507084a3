test('never', () => {});
throw new Error('at load');
