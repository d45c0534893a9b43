/* SPDX-License-Identifier: ISC */
/* What is published, described: the JSON Schemas and the AsyncAPI document of config/schema/ as one
 * JSON document. The build makes its text of them. */
#ifndef TALLYD_SCHEMA_H
#define TALLYD_SCHEMA_H

extern const char schema_json[];

#endif
