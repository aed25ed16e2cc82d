# Net::Amazon::EC2: the credentials of the instance's role.
use strict;
use warnings;
use Net::Amazon::EC2;

print Net::Amazon::EC2->new(region => 'us-east-1')->AWSAccessKeyId, "\n";
