import { makeRecord } from '../make-record.ts';
import { forEachRow, type RowMessage } from '../track/row-batch.ts';
import type { JsonBytes } from './json-bytes.ts';
import { writeConnection } from './record-json.ts';

const NEWLINE = 0x0a;

/** The records of a batch of rows, one a line. @param afterEach called when a line is whole */
export function writeLines(json: JsonBytes, message: RowMessage, afterEach: () => void = () => {}): void {
  forEachRow(message, (source, row) => {
    writeConnection(json, makeRecord(source, row));
    json.byte(NEWLINE);
    afterEach();
  });
}
