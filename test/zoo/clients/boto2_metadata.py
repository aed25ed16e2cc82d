"""boto 2: a document of the instance."""

import boto.utils

print(boto.utils.get_instance_metadata(timeout=3, num_retries=1, data="meta-data/placement/"))
