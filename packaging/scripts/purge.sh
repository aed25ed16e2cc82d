# What a removal leaves: the logs, and the inventory of callers. The account stays, so that nobody else gets its number.
rm -rf /var/log/imds /var/lib/imds
