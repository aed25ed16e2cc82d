// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "address.h"
#include "errors.h"

static const char HELP[] =
	"imds-probe: packets of connections to the EC2 instance metadata service, and whose they are\n"
	"\n"
	"USAGE\n"
	"  imds-probe [--endpoint IP[:PORT]]... [--cgroup PATH] [--json] | tshark -r -\n"
	"\n"
	"OPTIONS\n"
	"  --endpoint IP[:PORT]  what is watched instead of 169.254.169.254:80 and [fd00:ec2::254]:80; up to 16\n"
	"  --cgroup PATH         folder of cgroup v2 whose processes are watched; its root unless told\n"
	"  --json                lines of JSON instead of pcapng: records, and a summary of each packet\n"
	"  --without-session     leaves the records `session` and `end` to the program that reads\n"
	"  --check               attaches nothing: says in JSON what is missing, and what else is on its hooks\n"
	"  --debug               shows what libbpf says\n"
	"  --version\n"
	"  --help\n"
	"\n"
	"Standard output is pcapng with the records in blocks of type 0x80494D44. A line on standard error that\n"
	"begins `imds-probe: ready` says that everything is attached. It ends on SIGTERM, SIGINT and SIGHUP (not with\n"
	"--without-session and a pipe on its standard input), when such a pipe is closed, and when nobody reads its\n"
	"output any more.\n"
	"\n"
	"EXIT CODES  0 done, 1 unexpected failure, 2 usage, 5 missing privilege or prerequisite\n";

static void add_endpoint(struct options *options, const char *text)
{
	if (options->endpoint_count == IMDS_MAX_ENDPOINTS)
		fail(EXIT_USAGE, "--endpoint: at most %d", IMDS_MAX_ENDPOINTS);
	if (!parse_endpoint(text, &options->endpoints[options->endpoint_count]))
		fail(EXIT_USAGE, "--endpoint %s: expected IP or IP:PORT, as 10.0.0.7:8080 or [fd00:ec2::254]:80", text);
	options->endpoint_count++;
}

void read_options(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "endpoint", required_argument, NULL, 'e' }, { "cgroup", required_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },	      { "without-session", no_argument, NULL, 's' },
		{ "debug", no_argument, NULL, 'd' },	      { "check", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'v' },	      { "help", no_argument, NULL, 'h' },
		{},
	};
	int option;

	while ((option = getopt_long(count, arguments, "h", known, NULL)) != -1) {
		switch (option) {
		case 'e':
			add_endpoint(options, optarg);
			break;
		case 'c':
			options->cgroup = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 's':
			options->without_session = true;
			break;
		case 'd':
			options->debug = true;
			break;
		case 'k':
			options->check = true;
			break;
		case 'v':
			puts("imds-probe " VERSION);
			exit(EXIT_DONE);
		case 'h':
			fputs(HELP, stdout);
			exit(EXIT_DONE);
		default:
			fail(EXIT_USAGE, "see imds-probe --help");
		}
	}
	if (optind < count)
		fail(EXIT_USAGE, "%s: expected no argument; see imds-probe --help", arguments[optind]);
	if (options->endpoint_count == 0) {
		add_endpoint(options, "169.254.169.254");
		add_endpoint(options, "fd00:ec2::254");
	}
}
