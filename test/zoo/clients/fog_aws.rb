# fog-aws: the credentials of the instance's role.
require 'fog/aws'

puts Fog::AWS::Storage.new(use_iam_profile: true, region: 'us-east-1').inspect
