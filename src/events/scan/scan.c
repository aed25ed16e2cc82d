/*
 * Takes a line apart that is laid out as our events are (src/report/event.ts): time, id, duration and the like are
 * read, and what stands between them is looked up, for it recurs. Nothing is known here of JSON: whoever is given a
 * part that was not known reads it, and what it was read as stands for the same bytes from then on.
 */
#include "number.h"
#include "table.h"

#define EXPORT(name) __attribute__((export_name(name), used))

/** Bytes that a file is read in, and what is looked at behind them. */
#define CHUNK (512 * 1024)
#define CHUNKS 2
/** Of a line that was read elsewhere. */
#define MAX_LINE (64 * 1024)
#define PADDING 64
#define MAX_PID 4194304
#define MAX_PORT 65535
/** More ancestors are read as a whole. */
#define MAX_CUT 32

enum part {
	OPENING_PART,
	META,
	IMDS_PART,
	IMDS_BEFORE_ANCESTORS,
	REQUEST,
	/** Apart from the requests: in a fleet, each host has the same ones. */
	CLIENT,
	/** The end of a line, which says where a call came from, and the ancestors: the same of all calls of a process. */
	TAIL,
	/** The end of a line without pid, id and start of the process, and without the pid of its parent. */
	COMMAND,
	/** Ancestors without their pids. */
	CHAIN,
	/** Of lines that are laid out otherwise: the end, and the ancestors. */
	ORIGIN,
	ANCESTORS_PART,
	PARTS,
};

/** Numbers of what was found in a line; of a part the number of its value, 0 where it is not known. */
enum result {
	R_ID = PARTS,
	R_HAS_DURATION,
	R_ANCESTORS,
	R_ANCESTORS_END,
	R_HAS_CLIENT,
	R_PORT,
	R_TAIL_BEGIN,
	R_END,
	R_HAS_ENTITY_ID,
	R_ENTITY_ID,
	R_PID,
	R_IS_COMMAND,
	R_PIDS,
	R_FIRST_PID,
	RESULTS = R_FIRST_PID + MAX_CUT,
};

static int32_t results[RESULTS];
/** Nanoseconds: of the request and of the response since 1970, of the start of the process. */
static int64_t times[3];
static struct table tables[PARTS];
static uint8_t chunks[CHUNKS][CHUNK + PADDING];
static uint8_t line_copy[MAX_LINE + PADDING];

static const struct mark opening = MARK("{\"@timestamp\":\"");
static const struct mark duration = MARK(",\"duration\":");
static const struct mark entity_id = MARK(",\"entity_id\":\"");
static const struct mark pid_mark = MARK("{\"pid\":");
static const struct mark source = MARK(",\"source\":");
static struct mark event_id = MARK("\"event\":{\"id\":\"");
static struct mark imds = MARK(",\"imds\":{");
static struct mark ancestors = MARK(",\"ancestors\":[");
/** Members of which one follows `imds`. */
static struct mark after_imds[] = { MARK(",\"http\":{"), MARK(",\"url\":{"), MARK(",\"user_agent\":{"),
				    MARK(",\"network\":{") };
/** What follows the client's port. */
static struct mark destination = MARK("},\"destination\":{");
static struct mark process = MARK(",\"process\":{\"pid\":");
static struct mark start = MARK(",\"start\":\"");
static struct mark parent = MARK(",\"parent\":{\"pid\":");

EXPORT("results") int32_t *results_at(void) { return results; }
EXPORT("times") int64_t *times_at(void) { return times; }
EXPORT("chunk") uint8_t *chunk_at(uint32_t number) { return chunks[number]; }
EXPORT("lineCopy") uint8_t *line_copy_at(void) { return line_copy; }
EXPORT("bounds") struct bounds *bounds_at(uint32_t part) { return tables[part].bounds; }

/** What was looked for last in the part: see keep(). */
EXPORT("keep") uint32_t keep_part(uint32_t part) { return keep(&tables[part]); }

/** What lies in between: of one piece. */
EXPORT("find") uint32_t find_part(uint32_t part, place from, place to) { return find_piece(&tables[part], from, to); }

EXPORT("pieces") uint32_t pieces_of(uint32_t part) { return tables[part].pieces; }

/** The same memory for another reader. */
EXPORT("reset") void reset(void)
{
	for (int part = 0; part < PARTS; part++)
		forget(&tables[part]);
}

static inline int32_t pid_in(place from, place to)
{
	int64_t pid = integer(from, to);
	return pid > MAX_PID ? -1 : (int32_t)pid;
}

/** Ancestors without their pids, which become results. Returns whether each is one, and there are not too many. */
static int chain(place from, place to)
{
	struct table *table = &tables[CHAIN];
	uint32_t count = 0;
	int are_pids = 1;
	results[CHAIN] = 0;
	table->bounds[0].from = from;
	for (place at = first(&pid_mark, from, to); at != 0; at = first(&pid_mark, at, to)) {
		if (count == MAX_CUT)
			return 0;
		place digits = at + pid_mark.length;
		at = digits_end(digits, to);
		int32_t pid = pid_in(digits, at);
		are_pids &= pid >= 0;
		results[R_FIRST_PID + count] = pid;
		table->bounds[count].to = digits;
		table->bounds[++count].from = at;
	}
	table->bounds[count].to = to;
	table->pieces = count + 1;
	results[R_PIDS] = count;
	if (are_pids)
		results[CHAIN] = find(table);
	return are_pids;
}

/** Returns whether the line names a process as ours do. */
static int command(place from, place pid_from, place pid_to, place end)
{
	struct table *table = &tables[COMMAND];
	place id_at = pid_to + entity_id.length;
	place id_to = id_at + ID_LENGTH;
	place start_at = behind(&start, id_to, end);
	results[COMMAND] = 0;
	results[R_PID] = pid_in(pid_from, pid_to);
	if (start_at == 0 || end - start_at < TIME_LENGTH || results[R_PID] < 0 || !is_id(id_at))
		return 0;
	times[2] = time_at(start_at);
	if (times[2] == NO_TIME)
		return 0;
	place start_to = start_at + TIME_LENGTH;
	place parent_at = behind(&parent, start_to, end);
	place parent_to = parent_at == 0 ? 0 : digits_end(parent_at, end);
	if (parent_at != 0 && integer(parent_at, parent_to) < 0)
		return 0;
	table->bounds[0] = (struct bounds){ from, pid_from };
	table->bounds[1] = (struct bounds){ id_to, start_at };
	if (parent_at == 0) {
		table->bounds[2] = (struct bounds){ start_to, end };
	} else {
		table->bounds[2] = (struct bounds){ start_to, parent_at };
		table->bounds[3] = (struct bounds){ parent_to, end };
	}
	table->pieces = parent_at == 0 ? 3 : 4;
	results[COMMAND] = find(table);
	return 1;
}

/**
 * @param from where the brace stands that closes `source`; the rest of the line is read
 * @param ancestors_to where `imds` ends, with `,"ancestors":[…]}` before it, where there are some
 */
static void origin(place from, place end, place ancestors_at, place ancestors_to)
{
	place pid_from = behind(&process, from, end);
	place pid_to = pid_from == 0 ? 0 : digits_end(pid_from, end);
	int has_id = pid_from != 0 && end - pid_to > (int32_t)entity_id.length + ID_LENGTH &&
		     is_at(&entity_id, pid_to, end);
	results[R_HAS_ENTITY_ID] = has_id;
	results[TAIL] = 0;
	if (!has_id)
		return;
	place id_at = pid_to + entity_id.length;
	results[R_ENTITY_ID] = (int32_t)(intptr_t)id_at;
	struct table *table = &tables[TAIL];
	table->pieces = 0;
	if (ancestors_at != 0)
		table->bounds[table->pieces++] = (struct bounds){ ancestors_at, ancestors_to };
	table->bounds[table->pieces++] = (struct bounds){ from, end };
	uint32_t hash = hash_of_words(mixed(word_at(id_at), word_at(id_at + 8)),
				      mixed(word_at(id_at + 16), word_at(id_at + 24)));
	results[TAIL] = find_hashed(table, hash);
	if (results[TAIL] != 0)
		return;
	results[R_IS_COMMAND] = (ancestors_at == 0 || chain(ancestors_at, ancestors_to)) &&
				command(from, pid_from, pid_to, end);
}

/** Where the duration begins that ends there; `end` where there is none. */
static place before_duration(place from, place end)
{
	place at = digits_begin(from, end);
	place before = at - duration.length;
	return before >= from && is_at(&duration, before, end) && integer(at, end) >= 0 ? at : end;
}

/** Where `source` begins, with the comma, if its brace is the last one before the client's port. */
static place before_client(place from, place port_at)
{
	place at = port_at;
	while (at > from && *at != '{')
		at--;
	at -= source.length;
	return at < from ? from : at;
}

/**
 * A line. Returns whether it is laid out as ours are, as far as can be seen here: then results and times are what was
 * found. A part whose value is 0 is to be read.
 */
EXPORT("scan") int scan(place begin, place end)
{
	place time_from = begin + opening.length;
	place time_to = time_from + TIME_LENGTH;
	/* No event is as short; what is looked at below lies in the line. */
	if (end - begin < 2 * PADDING || !is_at(&opening, begin, end) || *time_to != '"')
		return 0;
	place id_at = behind(&event_id, time_to, end);
	if (id_at == 0 || end - id_at <= ID_LENGTH || !is_id(id_at) || id_at[ID_LENGTH] != '"')
		return 0;
	place id_to = id_at + ID_LENGTH;
	place imds_at = find_mark(&imds, id_to, end);
	if (imds_at == 0 || imds_at == id_to || imds_at[-1] != '}')
		return 0;
	place meta_to = before_duration(id_to, imds_at - 1);
	int has_duration = meta_to < imds_at - 1;
	times[0] = time_at(time_from);
	if (times[0] == NO_TIME)
		return 0;
	times[1] = has_duration ? times[0] + integer(meta_to, imds_at - 1) : times[0];
	results[R_ID] = (int32_t)(intptr_t)id_at;
	results[R_HAS_DURATION] = has_duration;
	results[OPENING_PART] = find_piece(&tables[OPENING_PART], time_to, id_at);
	results[META] = find_piece(&tables[META], id_to, meta_to);

	place ancestors_at = find_mark(&ancestors, imds_at, end);
	place from = ancestors_at == 0 ? imds_at : ancestors_at;
	place request_at = 0;
	for (int index = 0; index < 4 && request_at == 0; index++)
		request_at = find_mark(&after_imds[index], from, end);
	place port_to = find_mark(&destination, request_at, end);
	if (port_to == 0)
		return 0;
	place port_at = digits_begin(request_at, port_to);
	/* Without a port, what ends there is `network`: of a connect that failed before it had an address. */
	int has_client = port_at < port_to;
	int64_t port = has_client ? integer(port_at, port_to) : 0;
	if (port < 0 || port > MAX_PORT)
		return 0;
	results[R_PORT] = (int32_t)port;
	results[R_HAS_CLIENT] = has_client;
	results[R_ANCESTORS] = (int32_t)(intptr_t)ancestors_at;
	results[R_ANCESTORS_END] = (int32_t)(intptr_t)request_at;
	results[R_TAIL_BEGIN] = (int32_t)(intptr_t)port_to;
	results[R_END] = (int32_t)(intptr_t)end;
	if (ancestors_at == 0)
		results[IMDS_PART] = find_piece(&tables[IMDS_PART], imds_at, request_at);
	else
		results[IMDS_BEFORE_ANCESTORS] =
			find_piece(&tables[IMDS_BEFORE_ANCESTORS], imds_at, ancestors_at);
	place source_at = has_client ? before_client(request_at, port_at) : port_to + 1;
	results[REQUEST] = find_piece(&tables[REQUEST], request_at, source_at);
	if (has_client)
		results[CLIENT] = find_piece(&tables[CLIENT], source_at, port_at);
	origin(port_to, end, ancestors_at, request_at);
	return 1;
}
