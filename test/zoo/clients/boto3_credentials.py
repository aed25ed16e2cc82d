"""boto3: the credentials of the instance's role."""

import boto3

print(boto3.Session().get_credentials().get_frozen_credentials().access_key)
