# The logs of two hosts, collected into a folder each; and a JSON report of each.
mkdir -p collected/web-7 collected/web-8 reports
imds analyze --jsonl fixtures/demo/demo.pcap > collected/web-7/imds-calls.jsonl
imds analyze --jsonl fixtures/journal-host/capture.pcap | sed 's/test-1/web-8/g' > collected/web-8/imds-calls.jsonl
for host in web-7 web-8; do imds report --json collected/$host > reports/$host.json; done
