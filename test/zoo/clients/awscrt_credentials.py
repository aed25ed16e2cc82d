"""AWS Common Runtime: the credentials of the instance's role."""

from awscrt import auth, io

bootstrap = io.ClientBootstrap(io.EventLoopGroup(1), io.DefaultHostResolver(io.EventLoopGroup(1)))
provider = auth.AwsCredentialsProvider.new_default_chain(bootstrap)
print(provider.get_credentials().result(10).access_key_id)
