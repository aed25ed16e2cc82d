# What a removal leaves: the logs. The account stays, so that nobody else gets its number.
rm -rf /var/log/imds
