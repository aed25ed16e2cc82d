# A script of HTTP::Tiny that never asks for a token.
use strict;
use warnings;
use HTTP::Tiny;

print HTTP::Tiny->new(timeout => 3)->get("$ENV{BASE}/meta-data/instance-id")->{content}, "\n";
