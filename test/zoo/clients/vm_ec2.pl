# VM::EC2: what the instance is called.
use strict;
use warnings;
use VM::EC2::Instance::Metadata;

print VM::EC2::Instance::Metadata->new->instanceId, "\n";
