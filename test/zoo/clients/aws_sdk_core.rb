# AWS SDK for Ruby: the credentials of the instance's role.
require 'aws-sdk-core'

puts Aws::InstanceProfileCredentials.new(retries: 1).credentials.access_key_id
