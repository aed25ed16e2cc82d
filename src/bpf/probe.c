// SPDX-License-Identifier: Apache-2.0
/*
 * imds-probe: attaches the kernel side, and writes what it hands over as pcapng with journal records,
 * or as JSON. It parses no payload.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "probe/attach.h"
#include "probe/cgroups.h"
#include "probe/check.h"
#include "probe/clock.h"
#include "probe/errors.h"
#include "probe/images.h"
#include "probe/journal.h"
#include "probe/losses.h"
#include "probe/merge.h"
#include "probe/options.h"
#include "probe/output.h"
#include "probe/packets.h"
#include "probe/prerequisites.h"
#include "probe/processes.h"
#include "probe/session.h"
#include "probe/sockets.h"

#define TICK_NS 200000000
/*
 * What is still queued when it is to end is given so long a reader who takes nothing, and one who is behind: where
 * dozens of processes have the CPUs, the reader takes 0.6 MB a second, and the queue holds 64.
 */
#define FAREWELL_IDLE_MS 5000
#define FAREWELL_MS 120000

static int poller;
static int timer;
static int signals;
static bool output_watched;
/* Whether times follow the wall clock where that is set. */
static bool follows_clock;

static bool watch(int descriptor, unsigned int for_what)
{
	struct epoll_event event = { .events = for_what, .data.fd = descriptor };

	return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

/* Whether it ends with who started us. A terminal is left to others, and a file has no end to wait for. */
static bool input_ends(void)
{
	struct stat status;

	return fstat(STDIN_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/*
 * Signals for a session go to its whole group, or to all processes of its unit: Ctrl-C, a terminal that is gone, a
 * stop, a log that is to be opened anew. Whether it ends then is for who holds the input to say.
 */
static bool takes_signals(const struct options *options)
{
	return !options->without_session || !input_ends();
}

static const int ends_it[] = { SIGTERM, SIGINT, SIGHUP };

static void leave_signals(void)
{
	for (size_t i = 0; i < sizeof(ends_it) / sizeof(*ends_it); i++)
		signal(ends_it[i], SIG_IGN);
}

static void watch_all(const struct options *options)
{
	struct itimerspec period = { { 0, TICK_NS }, { 0, TICK_NS } };
	bool takes = takes_signals(options);
	sigset_t set;

	sigemptyset(&set);
	/* Blocked ones would come here although they are ignored. */
	for (size_t i = 0; takes && i < sizeof(ends_it) / sizeof(*ends_it); i++)
		sigaddset(&set, ends_it[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	poller = epoll_create1(EPOLL_CLOEXEC);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (poller < 0 || signals < 0 || timer < 0 || timerfd_settime(timer, 0, &period, NULL) != 0 ||
	    !watch(signals, EPOLLIN) || !watch(timer, EPOLLIN))
		fail(EXIT_UNEXPECTED, "cannot wait for events: %s", strerror(errno));
	if (input_ends())
		watch(STDIN_FILENO, EPOLLIN | EPOLLRDHUP);
}

/* The output is waited for only while something is left to write. */
static void watch_output(void)
{
	if (output_is_empty() == !output_watched)
		return;
	if (output_watched)
		epoll_ctl(poller, EPOLL_CTL_DEL, STDOUT_FILENO, NULL);
	output_watched = !output_watched && watch(STDOUT_FILENO, EPOLLOUT);
}

/* Whether somebody still holds the other end. What is written there is not for us. */
static bool has_input(void)
{
	char ignored[512];
	ssize_t n = read(STDIN_FILENO, ignored, sizeof(ignored));

	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Everything up to `read_until` (since boot) has been read; 0 where more waits. */
static void tick(const struct attached *attached, __u64 read_until)
{
	__u64 expirations;

	if (read(timer, &expirations, sizeof(expirations)) < 0)
		return;
	if (follows_clock)
		clock_compare();
	packets_tick();
	sockets_tick(read_until);
	losses_write(attached->counters, false);
	tick_write();
}

/* Handles what has happened until there is a reason to end, which is the result. */
static const char *run(const struct attached *attached)
{
	struct epoll_event happened[8];
	bool more = false;

	for (;;) {
		int count = epoll_wait(poller, happened, 8, more ? 0 : -1);
		__u64 before = since_boot();

		if (count < 0 && errno != EINTR)
			fail(EXIT_UNEXPECTED, "cannot wait for events: %s", strerror(errno));
		more = merge_read();
		for (int i = 0; i < count; i++) {
			if (happened[i].data.fd == signals)
				return "signal";
			if (happened[i].data.fd == STDIN_FILENO && !has_input())
				return "standard input closed";
			if (happened[i].data.fd == timer)
				tick(attached, more ? 0 : before);
		}
		if (!output_write())
			return "standard output closed";
		watch_output();
	}
}

static void say_ready(const struct options *options, const struct cgroup_root *root, __u64 began)
{
	say("ready: %u endpoint%s, cgroup %s (%s), kernel %s, %.0f ms", options->endpoint_count,
	    options->endpoint_count == 1 ? "" : "s", root->name,
	    root->is_host ? "whole host" : "processes of this cgroup only", kernel_release(),
	    (since_boot() - began) / 1e6);
}

/* What the kernel has handed over until it was detached, the last count of losses, and the end. */
static void end(const struct options *options, const struct attached *attached, const char *reason)
{
	__u64 detached = since_boot();
	size_t left;

	detach();
	while (merge_read())
		if (!output_write())
			return;
	sockets_end(detached);
	losses_write(attached->counters, true);
	if (!options->without_session)
		end_write(reason);
	left = output_close(FAREWELL_IDLE_MS, FAREWELL_MS);
	if (left > 0)
		fail(EXIT_UNEXPECTED, "%zu bytes of what was seen were not taken before the end", left);
}

int main(int count, char **arguments)
{
	struct options options = {};
	struct cgroup_root root;
	struct attached attached;
	__u64 began = since_boot();
	const char *reason;

	read_options(count, arguments, &options);
	if (options.check)
		return check(&options);
	if (!takes_signals(&options))
		leave_signals();
	require_prerequisites();
	cgroups_open(options.cgroup, &root);
	watch_all(&options);
	output_open(STDOUT_FILENO);
	/* Who has a session of its own has a clock for it, which does not step either. */
	follows_clock = !options.without_session;
	clock_compare();
	journal_open(options.json, VERSION);
	if (!options.without_session)
		session_write(&options, root.is_host);

	processes_open();
	sockets_open();
	attach(&options, &root, &attached);
	merge_open(&attached);
	images_open(&attached);
	/* First what happened since the programs run, then what is older and not among it. */
	merge_read();
	list_older(image_seed, socket_event);
	sockets_listed();
	if (!watch(attached.events, EPOLLIN) || !watch(attached.packets, EPOLLIN))
		fail(EXIT_UNEXPECTED, "cannot wait for the kernel: %s", strerror(errno));
	losses_write(attached.counters, true);
	output_write();
	say_ready(&options, &root, began);

	reason = run(&attached);
	end(&options, &attached, reason);
	return EXIT_DONE;
}
