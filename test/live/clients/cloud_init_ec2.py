"""cloud-init's EC2 data source, on a machine that is taken for one of EC2: a crawl of the whole tree."""

import tempfile

from cloudinit import distros, helpers, sources  # noqa: F401
from cloudinit.sources import DataSourceEc2 as ec2

with tempfile.TemporaryDirectory() as folder:
    paths = helpers.Paths({"cloud_dir": folder, "run_dir": folder})
    settings = {"datasource": {"Ec2": {"timeout": 1, "max_wait": 2}}}
    source = ec2.DataSourceEc2(settings, distros.fetch("debian")("debian", {}, paths), paths)
    source._get_cloud_name = lambda: ec2.CloudNames.AWS
    print(source.crawl_metadata().keys())
