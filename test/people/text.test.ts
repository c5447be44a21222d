import assert from 'node:assert/strict';
import { isAccessError } from '../../lib/model/errors.ts';
import { MAX_SIZE, textOf } from '../../lib/people/text.ts';

const refused = (pattern: RegExp) => (error: unknown) =>
  isAccessError(error) && error.code === 'INPUT_INVALID' && pattern.test(error.message);

describe('text of an import file', () => {
  it('drops the byte order mark of text and of bytes', () => {
    assert.equal(textOf('\ufeffid', 'utf-8'), 'id');
    assert.equal(textOf(Buffer.from('\ufeffid'), 'utf-8'), 'id');
  });

  it('reads the encodings in which spreadsheets save', () => {
    assert.equal(textOf(Buffer.from([0xc8, 0xe2, 0xe0, 0xed]), 'windows-1251'), 'Иван');
    assert.equal(textOf(Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]), 'gb18030'), '张三');
    assert.equal(textOf(Buffer.from('Иван', 'utf16le'), 'utf-16le'), 'Иван');
  });

  it('believes a byte order mark more than the setting', () => {
    assert.equal(textOf(Buffer.from('\ufeffИван'), 'windows-1251'), 'Иван');
    assert.equal(textOf(Buffer.from('\ufeffИван', 'utf16le'), 'utf-8'), 'Иван');
  });

  it('refuses bytes of another encoding and says what to choose', () => {
    const bytes = Buffer.from([0xc8, 0xe2, 0xe0, 0xed]);
    assert.throws(() => textOf(bytes, 'utf-8'), refused(/not utf-8.*windows-1251, gb18030/));
  });

  it('refuses text that was spoilt before it came', () => {
    assert.throws(() => textOf('id,name\n1,��', 'utf-8'), refused(/wrong encoding/));
  });

  it('has one kind of line end', () => {
    assert.equal(textOf('a\r\nb\rc\nd', 'utf-8'), 'a\nb\nc\nd');
  });

  it('refuses what is too large', () => {
    assert.throws(() => textOf(Buffer.alloc(MAX_SIZE + 1), 'utf-8'), refused(/20 MiB/));
    assert.throws(() => textOf('x'.repeat(MAX_SIZE + 1), 'utf-8'), refused(/20 MiB/));
  });
});
