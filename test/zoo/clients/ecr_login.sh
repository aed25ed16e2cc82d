#!/bin/sh
# As docker calls it: the registry on standard input.
echo 123456789012.dkr.ecr.us-east-1.amazonaws.com | docker-credential-ecr-login get
