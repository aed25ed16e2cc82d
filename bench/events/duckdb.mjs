// `duckdb.mjs PACKAGE_FOLDER FILE [THREADS]`: calls by host, process name and version, as DuckDB counts them.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder = '', file = '', threads] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(pathToFileURL(`${folder}/`))('@duckdb/node-api');
const instance = await DuckDBInstance.create(':memory:', threads === undefined ? {} : { threads });
const connection = await instance.connect();
// Only the columns that are counted, which is the fastest way to ask it.
const columns =
  "{host: 'STRUCT(name VARCHAR)', process: 'STRUCT(name VARCHAR)', imds: 'STRUCT(version VARCHAR)'}";
const result = await connection.runAndReadAll(
  `SELECT host.name, process.name, imds.version, count(*) FROM read_ndjson('${file}', columns = ${columns}) GROUP BY ALL`,
);
process.stdout.write(`${JSON.stringify(result.getRowsJson())}\n`);
